"""What public APIs say of their fields: fields.tsv holds it, catalogue.py looks a kind up."""
