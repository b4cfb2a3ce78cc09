"""Files that people upload: what they are is found out, where they lie nobody can guess."""
