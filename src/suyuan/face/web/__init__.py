"""The workbench: a case on the screen. Server of the pages in ``/web``; extra ``web``."""
