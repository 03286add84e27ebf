"""What a whole run said, said again for as long as nothing that it has looked at is any different.

A run that may be asked for again has a ``Witness`` along, through which it looks at what lies on the disk. What that
has seen is kept beside the answer (``Answer``), and the next run of the same command line (``PastRun``) looks there
first: where all is as it was, neither settings nor rules are imported.
"""
