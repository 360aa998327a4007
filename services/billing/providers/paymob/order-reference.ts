/**
 * What stands for a payment in Paymob's callbacks: the order's number. Transactions are numbered from a row of their own
 * and kept beside it, so that a bare number could be either.
 */
export const orderReference = (order: number): string => `order-${order}`;
