"""The evidence store: bytes by hash, media types, thumbnails, virus scanner."""
