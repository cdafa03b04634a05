import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

export async function find(path, owner) {
  const [, table, id] = path.split("/");
  if (!["conversations", "files", "orders"].includes(table)) return null;
  const found = await pool.query(`select body from ${table} where id = $1 and owner = $2`, [id, owner]);
  return found.rows[0]?.body ?? null;
}
