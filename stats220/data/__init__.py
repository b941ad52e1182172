"""Recordings and simulators, one module per lab: ``load_*`` fetches the real one, ``simulate_*`` draws one offline."""
