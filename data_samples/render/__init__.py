"""Product photos of the sample catalogue, path traced from procedural scenes.

Everything but `engine` is plain numpy: a family module turns a `Look` into parts (a mesh and a
material), `studio` puts lights, backdrop and camera around them, `engine` hands it to mitsuba.
"""
