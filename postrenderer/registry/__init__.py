"""Images in registries: which ones there are to copy, how they are copied and checked, and with what credentials.

Manifests, tags and signatures are asked for by a client of our own; what has blobs is copied by skopeo.
"""
