/** Colours by name, for light and for dark surroundings. A test holds the contrast of text. */
export interface Palette {
  readonly [name: string]: string
}

/** Names that colour text on `paper` and on `card`. */
export const textColours = ['ink', 'muted', 'accent', 'pass', 'fail', 'open', 'skip'] as const

/** Light surroundings, and paper. */
export const light: Palette = {
  paper: '#ffffff',
  card: '#f6f7f9',
  ink: '#16202b',
  muted: '#546170',
  line: '#d9dfe6',
  accent: '#1b5fa8',
  pass: '#0f7038',
  fail: '#b3202c',
  open: '#855a00',
  skip: '#546170',
  ok: '#4f8fc4',
  refused: '#e0962a',
  unanswered: '#c8283a',
  reads: '#b9c4cf',
  fault: '#7d55c7',
  primary: '#1b5fa8',
  replica: '#0d746c',
  node: '#5b6775',
  on: '#ffffff',
}

/** Dark surroundings. */
export const dark: Palette = {
  paper: '#0f151c',
  card: '#18212b',
  ink: '#e7edf3',
  muted: '#9fadbb',
  line: '#303c49',
  accent: '#7db8f0',
  pass: '#5cc98a',
  fail: '#ff8088',
  open: '#e3b04b',
  skip: '#9fadbb',
  ok: '#5b9bd1',
  refused: '#e8a94a',
  unanswered: '#ff6673',
  reads: '#4a5866',
  fault: '#a686ea',
  primary: '#7db8f0',
  replica: '#5fc9bd',
  node: '#9fadbb',
  on: '#0f151c',
}

/** A palette as custom properties: `--paper:#ffffff;…`. */
export function customProperties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';')
}
