"""The commands, one module each: its options, and a short body that calls the work beside it.

`shopwindow.serving.cli.program` lists them. A module here is imported when its command, or the
command's help, is asked for; it imports the work when the command runs, so that help stays quick.
"""
