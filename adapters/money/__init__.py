"""Payment providers, charges and coupons, over HTTP and Stripe."""
