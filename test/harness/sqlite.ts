// Before any module is loaded: the engine is chosen once per process.
process.env.DATABASE_URL = 'sqlite:'
