import { expect, test } from 'vitest'
import { ProcessPool } from './process-pool.ts'

test('a process that is free is used again; one that is busy is not', () => {
  const pool = new ProcessPool()
  const first = pool.acquire(undefined)
  const second = pool.acquire(undefined)
  expect([first, second]).toEqual([0, 1])
  pool.release(first, undefined, true)
  expect(pool.acquire(undefined)).toBe(0)
  expect(pool.acquire(undefined)).toBe(2)
})

test('a process that died is never used again', () => {
  const pool = new ProcessPool()
  pool.release(pool.acquire(undefined), undefined, false)
  expect(pool.acquire(undefined)).toBe(1)
})

test('a lane keeps its process until it dies, then gets a new number', () => {
  const pool = new ProcessPool()
  const number = pool.acquire('u1')
  pool.release(number, 'u1', true)
  expect(pool.acquire('u1')).toBe(number)
  expect(pool.acquire('u2')).not.toBe(number)
  expect(pool.acquire(undefined)).not.toBe(number)
  pool.release(number, 'u1', false)
  const reborn = pool.acquire('u1')
  expect(reborn).toBe(3)
  expect(pool.acquire('u1')).toBe(reborn)
})
