"""The words every other room speaks: tables, subjects, roles, money, time, findings, errors.

Imports nothing else of suyuan.
"""
