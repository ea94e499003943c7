"""YAML as text with places: the stream, its documents as nodes, scalars and layout. No I/O."""
