import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What MIT Kerberos brings to a KDC and to its clients. */
const toolNames = [
  ...['krb5kdc', 'kadmind', 'kadmin.local', 'kdb5_util', 'kprop', 'kpropd'],
  ...['kinit', 'kvno', 'kadmin'],
] as const

export type KerberosTool = (typeof toolNames)[number]

/** Where distributions keep what root runs, besides the folders of PATH. */
const furtherFolders = ['/usr/sbin', '/usr/local/sbin']

/** The path of each program; undefined where one is not installed. */
export function findKerberos(): Readonly<Record<KerberosTool, string>> | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...furtherFolders]
  const found = toolNames.map((name) => [
    name,
    folders.map((one) => join(one, name)).find(existsSync),
  ])
  if (found.some(([, path]) => path === undefined)) return undefined
  return Object.fromEntries(found)
}
