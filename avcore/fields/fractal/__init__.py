"""Fractals: Julia and Mandelbrot sets, endless dives, flames, branches, folded mirrors and circles in circles."""
