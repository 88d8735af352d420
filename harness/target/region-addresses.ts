/** Where something listens for connections. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Where a Region is reached by whoever opens connections of its own. Absent in virtual time. */
export interface RegionAddresses {
  /** Over the link `clients→<region>`, which faults disturb: the same for the life of the stack. */
  readonly overLink: Address
  /**
   * Past every link: for set-up and verification only. Another one in each life of the Region;
   * undefined while it has none.
   */
  direct(): Address | undefined
}
