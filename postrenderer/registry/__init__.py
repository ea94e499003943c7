"""Images in registries: which ones there are to copy, how they are copied and checked, and with what credentials.

skopeo speaks to the registries; nothing here does so itself.
"""
