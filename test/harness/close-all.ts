import { closeAll } from './cleanup.ts'

afterAll(closeAll)
