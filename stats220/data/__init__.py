"""Recordings and simulators, one module a lab: ``load_*`` fetches the real one, ``simulate_*`` draws one offline."""
