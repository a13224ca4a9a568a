"""The control plane of a running fake, for programs that wait with ``await``; `understudy.embedded` has its twin."""
