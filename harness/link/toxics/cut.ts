import { defineToxic } from './toxic.ts'

/**
 * Cuts the whole link: new connections are refused, open ones are reset, what other toxics hold is
 * discarded. Its removal opens the same port again. Stream and toxicity mean nothing to it.
 */
export const cutToxic = defineToxic({
  type: 'cut',
  summary: 'Refuses new connections, resets open ones and discards what is held',
  origin: 'interregnum',
  attributes: {},
})
