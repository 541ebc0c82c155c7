//! Plain SQL: one `SELECT` over the table `events`, within limits. Everything else is refused.

use crate::columns::{DERIVED, FORMAT, PEER, RAW_BYTES, SCHEMA};
use crate::table::{Column, Table, TableStats};
use crate::{Lake, LakeError};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StringBuilder};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::json::LineDelimitedWriter;
use datafusion::error::Result as EngineResult;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf, ident};
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionConfig, SessionContext};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use serde_json::Value as Json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a statement may take.
const TIME: Duration = Duration::from_secs(60);
/// Bytes that it may hold for sorting, joining and grouping.
const MEMORY: usize = 512 << 20;
/// Columns of our own that say nothing to a person.
const HIDDEN: &[&str] = &[FORMAT, PEER, DERIVED, RAW_BYTES];
/// Words and signs of a statement.
const MAX_TOKENS: usize = 2_000;
/// The stack of the thread that plans and runs a statement: enough for the deepest of [`MAX_TOKENS`].
const STACK: usize = 256 << 20;
/// Bytes of a statement.
const MAX_SQL: usize = 64 << 10;

impl Lake {
    /// Answers one read-only statement over `events` with at most `limit` rows. Fields without a column are had by
    /// `field(attrs, 'winlog.event_data.Image')`.
    pub async fn sql(&self, sql: &str, limit: usize) -> Result<Table, LakeError> {
        if sql.len() > MAX_SQL {
            return Err(LakeError::query("sql.too_long", format!("A statement has at most {MAX_SQL} bytes.")));
        }
        bounded_depth(sql)?;
        // The semaphore is never closed.
        let permit = self.shared.statements.clone().acquire_owned().await.ok();
        let (lake, sql, limit) = (self.clone(), sql.to_owned(), limit.clamp(1, crate::search::MAX_ROWS));
        let (mut answer, answered) = tokio::sync::oneshot::channel();
        let work = move || {
            let _permit = permit;
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                // Nobody may wait any more.
                Err(e) => return drop(answer.send(Err(LakeError::io("start a statement", e)))),
            };
            let done = runtime.block_on(async {
                tokio::select! {
                    done = tokio::time::timeout(TIME, lake.run_sql(&sql, limit)) => Some(done.unwrap_or_else(|_| Err(too_slow()))),
                    () = answer.closed() => None,
                }
            });
            // Who has the answer may close the lake and open it again.
            drop(lake);
            if let Some(done) = done {
                // Nobody may wait any more.
                let _ = answer.send(done);
            }
        };
        let thread = std::thread::Builder::new().name("sql".to_owned()).stack_size(STACK);
        thread.spawn(work).map_err(|e| LakeError::io("start a statement", e))?;
        answered.await.map_err(|e| LakeError::io("finish a statement", std::io::Error::other(e)))?
    }

    async fn run_sql(&self, sql: &str, limit: usize) -> Result<Table, LakeError> {
        let started = Instant::now();
        let snapshot = self.shared.snapshot()?;
        crate::segment::verify_all(&self.shared, &snapshot.manifest.segments)?;
        let ctx = bounded_session()?;
        let mut table = match snapshot.blocks.is_empty() {
            true => ctx.read_batch(RecordBatch::new_empty(SCHEMA.clone()))?,
            false => ctx.read_batches(snapshot.blocks.iter().map(|block| block.batch.clone()))?,
        };
        let paths: Vec<String> = snapshot.manifest.segments.iter().map(|segment| self.shared.path(&segment.path).to_string_lossy().into_owned()).collect();
        if !paths.is_empty() {
            table = table.union(ctx.read_parquet(paths, ParquetReadOptions::default().schema(&SCHEMA)).await?)?;
        }
        let shown = SCHEMA.fields().iter().map(|field| field.name()).filter(|name| !HIDDEN.contains(&name.as_str()));
        let table = table.select(shown.map(ident).collect::<Vec<_>>())?;
        ctx.register_table("events", table.into_view())?;
        ctx.register_udf(field_function());
        let only_reads = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let plan = ctx.sql_with_options(sql, only_reads).await.map_err(|error| refused(&error))?;
        reads_only_events(&plan)?;
        crate::sql_bounds::bounded_growth(plan.logical_plan())?;
        let (tasks, plan) = (Arc::new(plan.task_ctx()), plan.limit(0, Some(limit + 1))?.create_physical_plan().await.map_err(|error| refused(&error))?);
        let plan = crate::sql_bounds::interruptible(plan)?;
        let batches = datafusion::physical_plan::collect(plan, tasks).await.map_err(|error| refused(&error))?;
        let columns = batches.first().map(|batch| batch.schema()).map_or_else(Vec::new, |schema| {
            schema.fields().iter().map(|field| Column { name: field.name().clone(), kind: kind(field.data_type()).to_owned() }).collect()
        });
        let mut rows = rows(&batches, &columns)?;
        let stats = TableStats {
            truncated: rows.len() > limit,
            segments_read: snapshot.manifest.segments.len() as u64,
            segments_total: snapshot.manifest.segments.len() as u64,
            elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            ..TableStats::default()
        };
        rows.truncate(limit);
        Ok(Table { columns, rows, stats })
    }
}

fn too_slow() -> LakeError {
    LakeError::query("sql.time", format!("The statement took longer than {} s. Narrow its time range.", TIME.as_secs()))
}

/// A chain of operators is as deep as it is long, and the engine recurses into it: refused before it is planned.
fn bounded_depth(sql: &str) -> Result<(), LakeError> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize().map_err(|e| LakeError::query("sql.syntax", e.to_string()))?;
    let count = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).count();
    if count > MAX_TOKENS {
        return Err(LakeError::query("sql.too_complex", format!("The statement has {count} words and signs; {MAX_TOKENS} may be. Ask for less at once.")));
    }
    Ok(())
}

fn bounded_session() -> Result<SessionContext, LakeError> {
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(GreedyMemoryPool::new(MEMORY))).build_arc()?;
    let mut config = SessionConfig::new().with_information_schema(false).with_target_partitions(2).with_batch_size(crate::sql_bounds::ROWS);
    let options = config.options_mut();
    options.execution.enable_recursive_ctes = false;
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.schema_force_view_types = false;
    let ctx = SessionContext::new_with_config_rt(config, runtime);
    crate::sql_bounds::forget_makers(&ctx);
    Ok(ctx)
}

/// EXPLAIN is a statement that reads nothing; it is refused with the others so that the answer is always rows of events.
fn reads_only_events(plan: &DataFrame) -> Result<(), LakeError> {
    use datafusion::logical_expr::LogicalPlan;
    match plan.logical_plan() {
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_) => {
            Err(LakeError::query("sql.only_select", "Only SELECT over the table events is answered."))
        }
        _ => Ok(()),
    }
}

fn refused(error: &datafusion::error::DataFusionError) -> LakeError {
    use datafusion::error::DataFusionError as E;
    let message = error.strip_backtrace();
    match error.find_root() {
        E::ResourcesExhausted(_) => LakeError::query("sql.memory", "The statement needs more memory than it may have. Narrow its time range or group by less."),
        E::Plan(text) if text.contains("not supported") || text.contains("DDL") || text.contains("DML") => {
            LakeError::query("sql.only_select", "Only SELECT over the table events is answered.")
        }
        E::SQL(..) => LakeError::query("sql.syntax", message),
        _ => LakeError::query("sql.plan", message),
    }
}

fn kind(kind: &DataType) -> &'static str {
    match kind {
        DataType::Boolean => "boolean",
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => "date",
        kind if kind.is_integer() => "long",
        kind if kind.is_numeric() => "double",
        _ => "keyword",
    }
}

fn rows(batches: &[RecordBatch], columns: &[Column]) -> Result<Vec<Vec<Json>>, LakeError> {
    let mut writer = LineDelimitedWriter::new(Vec::new());
    for batch in batches {
        writer.write(&readable(batch)?)?;
    }
    writer.finish()?;
    let mut rows = Vec::new();
    for line in writer.into_inner().split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        let mut row: serde_json::Map<String, Json> = serde_json::from_slice(line)?;
        // The writer leaves nulls out.
        rows.push((0..columns.len()).map(|i| row.remove(&i.to_string()).unwrap_or(Json::Null)).collect());
    }
    Ok(rows)
}

/// The same batch with columns named by their place, since a statement may give two the same name, and with raw
/// bytes as hexadecimal text.
fn readable(batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
    use datafusion::arrow::datatypes::{Field, Schema};
    let fields: Vec<Field> = batch
        .schema()
        .fields()
        .iter()
        .enumerate()
        .map(|(place, field)| Field::new(place.to_string(), field.data_type().clone(), true))
        .collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), batch.columns().to_vec())?)
}

/// `field(attrs, name)`: a field that has no column, as text.
fn field_function() -> datafusion::logical_expr::ScalarUDF {
    let run = |args: &[ColumnarValue]| -> EngineResult<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(args)?;
        let text = |array: &ArrayRef| -> EngineResult<StringArray> { Ok(cast(array, &DataType::Utf8)?.as_string::<i32>().clone()) };
        let (attrs, names) = (text(&arrays[0])?, text(&arrays[1])?);
        let mut out = StringBuilder::new();
        for row in 0..attrs.len() {
            let both = attrs.is_valid(row) && names.is_valid(row);
            out.append_option(both.then(|| attribute(attrs.value(row), names.value(row))).flatten());
        }
        Ok(ColumnarValue::Array(Arc::new(out.finish())))
    };
    create_udf("field", vec![DataType::Utf8, DataType::Utf8], DataType::Utf8, Volatility::Immutable, Arc::new(run))
}

fn attribute(attrs: &str, name: &str) -> Option<String> {
    // Most rows do not have the field; looking for its name is cheaper than reading the object.
    if !attrs.contains(name) {
        return None;
    }
    match serde_json::from_str::<serde_json::Map<String, Json>>(attrs).ok()?.remove(name)? {
        Json::Null => None,
        Json::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

