# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drizzle: its journal in the image against its table in a Postgres database.

drizzle-kit has no command that tells the state. It applies what is newer than the newest applied, so a
migration that came in late with an older time is never applied, and it says nothing.
"""

from __future__ import annotations

from .._release.programs import Finished
from .marked import read_marked
from .tool import Run, State, Tool, answer

# The table holds the time of each migration, which names it in the journal.
_SCRIPT = """
const fs = require("fs"), path = require("path");
const { createRequire } = require("module");
const need = createRequire(path.join(process.cwd(), "package.json"));
const journals = [];
const look = (folder, depth) => {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const below = path.join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== "node_modules" && depth > 0) look(below, depth - 1);
    else if (entry.name === "_journal.json" && path.basename(folder) === "meta") journals.push(below);
  }
};
const query = async (text) => {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error("the container has no DATABASE_URL");
  let driver;
  try { driver = need("pg"); } catch { driver = null; }
  if (driver) {
    const client = new driver.Client({ connectionString: url });
    await client.connect();
    try { return (await client.query(text)).rows; } finally { await client.end(); }
  }
  const sql = need("postgres")(url, { max: 1 });
  try { return await sql.unsafe(text); } finally { await sql.end(); }
};
(async () => {
  look(process.cwd(), 5);
  if (journals.length !== 1) throw new Error("found " + journals.length + " files meta/_journal.json");
  const entries = JSON.parse(fs.readFileSync(journals[0], "utf8")).entries;
  const names = new Map(entries.map((entry) => [String(entry.when), entry.tag]));
  const there = await query("select to_regclass('drizzle.__drizzle_migrations') is not null as there");
  const rows = there[0].there
    ? await query("select created_at from drizzle.__drizzle_migrations order by created_at") : [];
  const applied = rows.map((row) => names.get(String(row.created_at)) || String(row.created_at));
  console.log("slipway:" + JSON.stringify({ known: entries.map((entry) => entry.tag), applied }));
})().catch((error) => { console.error(error.message); process.exit(1); });
"""


class Drizzle(Tool):
    """Needs ``node``, drizzle-kit, ``pg`` or ``postgres``, and ``DATABASE_URL`` in the container."""

    skips_out_of_order = True

    def state(self, run: Run) -> State:
        """Read the journal and the table."""
        return read_marked(answer(run(["node", "-e", _SCRIPT]), "reading the migrations"))

    def migrate(self, run: Run) -> Finished:
        """Run drizzle-kit."""
        return run(["npx", "--no-install", "drizzle-kit", "migrate"])
