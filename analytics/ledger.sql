-- The ledgers' totals at the end of the last day, by app: granted = remaining + held + spent + expired + revoked.
-- views: balances
-- reads: history
SELECT
  app,
  sum(opened) - sum(closed) AS open_accounts,
  sum(granted) AS granted,
  sum(spent) AS spent,
  sum(expired) AS expired,
  sum(revoked) AS revoked,
  sum(held) AS held,
  sum(remaining) AS remaining,
  sum(debt) AS debt
FROM balances
GROUP BY app
ORDER BY app
