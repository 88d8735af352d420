/** Failed sign-ins of one user, in one Region or in both, before the first lock. */
export const lockoutThreshold = 5
