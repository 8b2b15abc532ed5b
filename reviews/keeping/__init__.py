"""Backup and restore: the whole database in one file, made while people work, checked before anything is touched."""
