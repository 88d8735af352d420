/** An app client without users: it signs in with one of its secrets. */
export interface MachineClient {
  readonly clientId: string
  /** The secret that the client was created with; its label is {@link firstSecret}. */
  readonly first: string
  /** The system's own id of each secret that was acknowledged, by label. */
  readonly secretIds: Map<string, string>
}

/** The label of the secret that a machine client was created with. */
export const firstSecret = 'first'
