"""A job for render farms: one description (an OpenJD job bundle), and the engines that run it.

``steps`` cuts a job into steps and tasks; ``template`` and ``bundle`` write these as OpenJD, ``slurm`` and ``flamenco``
for those farms. ``local`` and ``dask`` run a bundle, ``check`` asks the farms' own tools whether they would take it.
There is no scheduler of our own in here: queues, retries and lost hosts are the engines' work. A host that does a task
needs avcore, and bpy where it renders; it needs none of this.
"""
