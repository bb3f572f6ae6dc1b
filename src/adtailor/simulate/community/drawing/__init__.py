"""How the community's pictures were drawn: none is a photo, none was taken from anywhere."""
