#!/usr/bin/env node
import { signals } from './signals.ts';
import { randomBytes } from 'node:crypto';
import { main } from './cli/main.ts';

process.exitCode = await main(process.argv.slice(2), { hashSeed: randomBytes(4).readInt32LE(), signals });
