"""python -m benchmarks.figures"""

from benchmarks.figures import main

main()
