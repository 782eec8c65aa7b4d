"""The delay-match study of Atanasov (2016), beside networks that learn the same tasks better."""
