"""`python -m sample_market [PHASE]`: serve the market until Ctrl-C, to look at its pages by hand."""

import sys
import threading

from sample_market.server import serve

if __name__ == "__main__":
    wanted = sys.argv[1:] or ["1"]
    if wanted not in (["1"], ["2"]):
        sys.exit("usage: python -m sample_market [1|2]   (the phase: 1 first visit, 2 a later one)")
    with serve(int(wanted[0])) as market:
        print(f"{len(market)} hosts on 127.0.0.1:{market.port}. For example:\n"
              f"  curl --resolve www.nimbusforge.example:{market.port}:127.0.0.1 http://www.nimbusforge.example:{market.port}/pricing\nCtrl-C ends it.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            pass
