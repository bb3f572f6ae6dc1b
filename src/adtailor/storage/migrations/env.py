"""What Alembic runs: the steps, on the connection (and inside the transaction) it is handed."""

from alembic import context


def migrate() -> None:
    """Run the steps that are missing."""
    context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # the name Alembic loads it by; a plain import runs nothing
    migrate()
