//! SQL as text, the same for both databases, with its values bound apart from it.

use crate::DbError;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, TryGetable, Value};
use std::borrow::Cow;
use std::future::Future;

/// Binds values of any kind: `values![id.to_string(), now.nanos(), Option::<String>::None]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$(::sea_orm::Value::from($value)),*] };
}

/// Runs SQL text on a connection or in a transaction. The text is the program's own; whatever came from outside
/// is a bound value. Places are `$1`, `$2` and so on, on both databases.
pub trait Sql: ConnectionTrait {
    /// Runs a statement and answers how many rows it changed.
    fn run(&self, text: &str, values: Vec<Value>) -> impl Future<Output = Result<u64, DbError>> + Send {
        let statement = Statement::from_sql_and_values(self.get_database_backend(), text, values);
        async move { Ok(self.execute_raw(statement).await?.rows_affected()) }
    }

    /// All rows; the columns are found by the names of `T`'s fields.
    fn rows<T: FromQueryResult + Send>(
        &self,
        text: &str,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<T>, DbError>> + Send {
        let statement = Statement::from_sql_and_values(self.get_database_backend(), text, values);
        async move {
            let rows = self.query_all_raw(statement).await?;
            Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, _>>()?)
        }
    }

    /// The first row, if there is one.
    fn row<T: FromQueryResult + Send>(
        &self,
        text: &str,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Option<T>, DbError>> + Send {
        let statement = Statement::from_sql_and_values(self.get_database_backend(), text, values);
        async move {
            let row = self.query_one_raw(statement).await?;
            Ok(row.map(|row| T::from_query_result(&row, "")).transpose()?)
        }
    }

    /// The first column of the first row, if there is one.
    fn scalar<T: TryGetable + Send>(
        &self,
        text: &str,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Option<T>, DbError>> + Send {
        let statement = Statement::from_sql_and_values(self.get_database_backend(), text, values);
        async move {
            let row = self.query_one_raw(statement).await?;
            Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
        }
    }
}

impl<C: ConnectionTrait> Sql for C {}

/// A `WHERE` that grows by conditions, for lists with filters.
#[derive(Debug, Default)]
pub struct Where {
    text: String,
    values: Vec<Value>,
}

impl Where {
    /// Without conditions: every row.
    pub fn new() -> Self {
        Where::default()
    }

    /// One more condition, in which every `?` takes the next of `values`.
    pub fn and(&mut self, condition: &str, values: Vec<Value>) -> &mut Self {
        self.text.push_str(if self.text.is_empty() { " WHERE (" } else { " AND (" });
        let mut values = values.into_iter();
        for part in condition.split_inclusive('?') {
            match part.strip_suffix('?').zip(values.next()) {
                Some((text, value)) => {
                    self.text.push_str(text);
                    let place = self.bind(value);
                    self.text.push_str(&place);
                }
                None => self.text.push_str(part),
            }
        }
        self.text.push(')');
        self
    }

    /// Binds a value outside the conditions, such as a limit; answers its place.
    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// ` WHERE …`, or nothing.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bound values, in the order of their places.
    pub fn values(&self) -> Vec<Value> {
        self.values.clone()
    }
}

/// A text as both databases can hold it: PostgreSQL refuses U+0000, so U+FFFD stands for it. Every text that comes
/// out of an event must pass here on its way into a record, or an attacker's NUL would stop the writer.
pub fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}
