//! What is told of campaigns on a real database: with what makes it true, once, and not without it.

use sqlx::Row;

use super::slices::{NOW, campaign, database};
use crate::db::Db;
use crate::decisions::Spend;
use crate::decisions::budget::NO_SLICE;
use crate::decisions::budget::store::{self, Charge};
use crate::instruments::campaigns::{Counted, Running};

/// What webhooks will be told, in the order of its names.
async fn told(db: &Db) -> Vec<String> {
    let rows = sqlx::query("select delivery_id from webhook_notice order by delivery_id")
        .fetch_all(db.pool())
        .await
        .expect("the notices");
    let name = |row: &sqlx::any::AnyRow| row.try_get(0).expect("a name");
    rows.iter().map(name).collect()
}

#[tokio::test]
async fn what_a_campaign_came_to_is_told_with_its_event_and_never_again() {
    let (db, _folder) = database().await;
    let campaign = campaign(Counted::Impression, 7);
    let running = Running::of(&campaign);
    let mut write = db.write().await.expect("a write");
    crate::instruments::campaigns::insert(&mut write, &campaign)
        .await
        .expect("registered");
    write.commit().await.expect("committed");
    let charges = |count| {
        let charge = Charge {
            campaign: running.key,
            event: Counted::Impression,
            spend: Some(Spend {
                campaign: running.key,
                slice: NO_SLICE,
                per: Counted::Impression,
                micros: running.impression_micros(),
            }),
            in_time: true,
        };
        vec![charge; count]
    };
    let land = async |count, commits: bool| {
        let mut write = db.write().await.expect("a write");
        store::charge(&mut write, &charges(count), NOW)
            .await
            .expect("charged");
        if commits {
            write.commit().await.expect("committed");
        }
    };
    // Money for twenty and a half, twenty-two impressions, a goal of twenty-five.
    land(19, true).await;
    assert!(told(&db).await.is_empty());
    land(6, false).await;
    assert!(told(&db).await.is_empty(), "it never happened");
    land(1, true).await;
    let id = &campaign.campaign_id;
    let money = format!("campaign.budget_spent:{id}:budget:money:246000");
    assert_eq!(told(&db).await, std::slice::from_ref(&money));
    land(5, true).await;
    let all = [
        format!("campaign.budget_spent:{id}:budget:impression:22"),
        money,
        format!("campaign.goal_reached:{id}:goal:impression:25"),
    ];
    assert_eq!(told(&db).await, all);
    // A notice is forgotten in the end; what it told is not.
    sqlx::query("delete from webhook_notice")
        .execute(db.pool())
        .await
        .expect("pruned");
    land(1, true).await;
    assert!(told(&db).await.is_empty());
}
