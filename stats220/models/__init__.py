"""The given halves of the labs: what joins the students' functions, the types they return, the solvers they call. No answers."""
