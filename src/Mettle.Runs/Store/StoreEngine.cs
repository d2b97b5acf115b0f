using System.Data.Common;
using Dapper;

namespace Mettle.Runs;

/// <summary>What differs between the databases a store may live in.</summary>
internal abstract class StoreEngine : IDisposable
{
    /// <summary>The store's place for messages, without secrets.</summary>
    public abstract string Location { get; }

    /// <summary>Reads without a transaction, so that it waits for no writer.</summary>
    /// <exception cref="RunStoreException">The database refuses.</exception>
    public T Read<T>(Func<DbConnection, T> work)
    {
        try
        {
            using DbConnection connection = Connect();
            return work(connection);
        }
        catch (DbException e)
        {
            throw new RunStoreException(Location, Explain(e), e);
        }
    }

    /// <summary>Runs one transaction; concurrent writers wait for each other.</summary>
    /// <exception cref="RunStoreException">The database refuses.</exception>
    public T Run<T>(Func<DbConnection, DbTransaction, T> work)
    {
        RunStoreException? first = null;
        try
        {
            return Read(connection =>
            {
                using DbTransaction transaction = Begin(connection);
                try
                {
                    T result = work(connection, transaction);
                    transaction.Commit();
                    return result;
                }
                catch (DbException e)
                {
                    first = new RunStoreException(Location, Explain(e), e);
                    throw first;
                }
            });
        }
        catch (RunStoreException) when (first is not null)
        {
            // SQLite rolls back by itself where the disk is full; doing so again fails, which would hide the first error.
            throw first;
        }
    }

    /// <summary>Brings the schema to this program's version. Processes that do so at once wait for each other.</summary>
    public void Migrate() => Run((connection, transaction) =>
    {
        Claim(connection, transaction);
        connection.Execute(Schema.VersionTable, transaction: transaction);
        long version = connection.ExecuteScalar<long?>("SELECT MAX(version) FROM mettle_schema", transaction: transaction) ?? 0;
        int known = Schema.Migrations.Count;
        if (version > known) throw new RunStoreException(Location, $"was written by a newer Mettle (schema {version}, this one knows {known}); update Mettle");
        for (int next = (int)version; next < known; next++)
        {
            foreach (string statement in Schema.Migrations[next]) connection.Execute(statement, transaction: transaction);
            connection.Execute("INSERT INTO mettle_schema (version) VALUES (@version)", new { version = next + 1L }, transaction);
        }

        return true;
    });

    public abstract void Dispose();

    /// <summary>An open connection.</summary>
    protected abstract DbConnection Connect();

    /// <summary>A transaction that will be able to write.</summary>
    protected abstract DbTransaction Begin(DbConnection connection);

    /// <summary>Makes sure, at the start of migrating, that the database is ours and that no one else migrates it.</summary>
    protected abstract void Claim(DbConnection connection, DbTransaction transaction);

    /// <summary>What a database error means to the user.</summary>
    protected abstract string Explain(DbException error);
}
