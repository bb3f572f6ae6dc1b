"""The only file that knows concrete classes: it builds the app from the settings."""
