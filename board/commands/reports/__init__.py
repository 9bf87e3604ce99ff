"""Reports of disappearances: recording, the alarm, and the decision on each."""
