"""The Lorenz experiments of Kim et al. (2021), one a file, and what is measured of many draws."""
