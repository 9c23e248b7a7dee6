#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Types are stripped and code is compiled once, not at every start: half of what starting takes. Told to threads, too.
const { directory } = enableCompileCache();
if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory;

const { main } = await import("#local/cli.ts");
process.exitCode = await main(process.argv.slice(2));
