"""Checks on the simulator itself: is the guilt too plain, or not there to be found at all?"""
