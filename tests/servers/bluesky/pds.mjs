// Bluesky's PDS and a PLC directory in memory, on 127.0.0.1.
//
//   node pds.mjs PORT PLC_PORT DATA
//
// Handles end in `.test`; anybody may make an account. A variable PDS_… of the environment is obeyed, such as
// PDS_RATE_LIMITS_ENABLED=true. Prints READY when both answer.
import './loopback.mjs'
import fs from 'node:fs'
import path from 'node:path'
import { PDS, readEnv } from '@atproto/pds'
import plc from '@did-plc/server'

const [port, plcPort] = process.argv.slice(2, 4).map(Number)
const data = path.resolve(process.argv[4])
fs.mkdirSync(data, { recursive: true })

const directory = plc.PlcServer.create({ db: plc.Database.mock(), port: plcPort })
await directory.start()

const pds = await PDS.fromEnv({
  ...readEnv(),
  devMode: true, // plain HTTP
  port,
  hostname: 'localhost',
  dataDirectory: data,
  blobstoreDiskLocation: path.join(data, 'blobs'),
  didPlcUrl: `http://localhost:${plcPort}`,
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  disableSsrfProtection: true,
  enableDidDocWithSession: true,
  adminPassword: 'admin',
  jwtSecret: 'a secret of the tests',
  plcRotationKeyK256PrivateKeyHex: '11'.repeat(32),
  crawlers: [],
})
await pds.start()
console.log('READY')
