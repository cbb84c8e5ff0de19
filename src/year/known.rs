//! What standing slots are held against.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};

use crate::draft::{AccountId, DepartmentId};

use super::board::{Item, Origin};

/// When a thing is, and on which accounts.
type Thing<'a> = (NaiveDateTime, Vec<&'a AccountId>);

/// What there was before: posts and slots that standing slots are held against, each once.
pub struct Known<'a> {
    free: BTreeMap<(&'a DepartmentId, NaiveDate), Vec<Thing<'a>>>,
}

impl<'a> Known<'a> {
    pub fn new(items: &[Item<'a>]) -> Known<'a> {
        let mut free: BTreeMap<(&DepartmentId, NaiveDate), Vec<Thing<'_>>> = BTreeMap::new();
        for item in items {
            // A slot that says which standing slot it is stands for no other.
            let is_another = matches!(item.origin, Origin::Slot(_, slot) if slot.standing.is_some());
            if let Some(department) = item.department.filter(|_| !is_another) {
                free.entry((department, item.day())).or_default().push((item.local, item.accounts.clone()));
            }
        }
        Known { free }
    }

    /// Takes the nearest of a department's things on an account and a day; tells whether there was one.
    pub fn take(
        &mut self,
        department: &'a DepartmentId,
        account: Option<&AccountId>,
        at: NaiveDateTime,
    ) -> bool {
        let Some(of_day) = self.free.get_mut(&(department, at.date())) else { return false };
        let is_on = |accounts: &[&AccountId]| account.is_none_or(|id| accounts.contains(&id));
        let found = of_day.iter().enumerate().filter(|(_, (_, accounts))| is_on(accounts));
        let nearest = found.min_by_key(|(_, (local, _))| (*local - at).abs()).map(|(index, _)| index);
        nearest.map(|index| of_day.remove(index)).is_some()
    }
}
