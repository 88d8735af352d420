import { Unseen } from '../check.ts'

/** How something is read that comes in pages. */
export interface Pages<Page, Item> {
  /** Such as `groups in us-east-1`, in sentences. */
  readonly what: string
  /** More of them are unseen. */
  readonly countMax: number
  /** @returns undefined if the service says that it does not exist. */
  read(token: string | undefined): Promise<Page | undefined>
  items(page: Page): readonly Item[] | undefined
  next(page: Page): string | undefined
}

/**
 * Reads every page. What comes half was not seen: a list without its end passes nothing.
 *
 * @throws Unseen if a page is missing, if pages do not end, or if there are too many.
 */
export async function everyPage<Page, Item>(pages: Pages<Page, Item>): Promise<readonly Item[]> {
  const { what, countMax } = pages
  const found: Item[] = []
  const tokens = new Set<string>()
  let token: string | undefined
  do {
    const page = await pages.read(token)
    const items = page === undefined ? undefined : pages.items(page)
    if (page === undefined || items === undefined)
      throw new Unseen(`a page of the ${what} is missing`)
    found.push(...items)
    if (found.length > countMax) throw new Unseen(`there are more than ${countMax} ${what}`)
    token = pages.next(page) || undefined
    if (token !== undefined && tokens.has(token)) throw new Unseen(`the ${what} do not end`)
    if (token !== undefined) tokens.add(token)
  } while (token !== undefined)
  return found
}
