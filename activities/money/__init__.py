"""Money that all cases of an order share: refund parts, the ledger, coupons."""
