"""The window, and what belongs to the owner's desktop around it: tray, start at login, notifications, clipboard."""
