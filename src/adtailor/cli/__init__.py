"""Every verb at a prompt, a file each."""
